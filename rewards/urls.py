from django.urls import path

from rewards import views

app_name = "rewards"
urlpatterns = [path("<slug:name>.webp", views.picture, name="picture")]
