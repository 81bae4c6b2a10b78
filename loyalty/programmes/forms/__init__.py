"""The shape of what staff write. Never a rule."""

from loyalty.programmes.forms.settings import CategoryForm, TierForm
from loyalty.programmes.forms.versions import VersionForm, initial_of

__all__ = ["CategoryForm", "TierForm", "VersionForm", "initial_of"]
