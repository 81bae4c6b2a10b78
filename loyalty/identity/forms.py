from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from loyalty.identity import limiting, roles
from loyalty.identity.limiting import OwnLimit
from loyalty.identity.models import Limit, User


class NewUserForm(auth_forms.AdminUserCreationForm[User]):
    """Asks for an address where Django asks for a username."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": forms.EmailField}


class RolesField(forms.ModelMultipleChoiceField[Group]):
    """Groups, under the names that roles have on the screen."""

    def label_from_instance(self, obj: Group) -> str:
        return roles.get_title(obj)


class UserForm(auth_forms.UserChangeForm[User]):
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"email": forms.EmailField, "groups": RolesField}


class LimitForm(forms.ModelForm[Limit]):
    """The limits of a role, filled in by somebody who may not raise their own."""

    by: ClassVar[User]

    class Meta:
        model = Limit
        fields = ("at_once", "in_a_day", "in_a_month")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        asked = Limit(role=self.instance.role, **cleaned)
        try:
            limiting.check_change(by=self.by, limit=asked)
        except OwnLimit as refusal:
            raise forms.ValidationError(str(refusal.detail), code=refusal.code) from refusal
        return cleaned
