from django import forms
from django.contrib.auth import forms as auth_forms

from loyalty.identity.models import User


class NewUserForm(auth_forms.AdminUserCreationForm[User]):
    """Asks for an address where Django asks for a username."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": forms.EmailField}


class UserForm(auth_forms.UserChangeForm[User]):
    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"email": forms.EmailField}
