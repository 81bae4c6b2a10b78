"""The shape of what staff write. Never a rule."""

from loyalty.programmes.forms.campaigns import CampaignForm
from loyalty.programmes.forms.plans import PlanForm
from loyalty.programmes.forms.samples import SampleForm
from loyalty.programmes.forms.settings import (
    CategoryForm,
    ProductForm,
    ProgrammeForm,
    WalletPolicyForm,
)
from loyalty.programmes.forms.tiers import LadderForm, TierForm, TiersFormSet
from loyalty.programmes.forms.versions import VersionForm, initial_of

__all__ = [
    "CampaignForm",
    "CategoryForm",
    "LadderForm",
    "PlanForm",
    "ProductForm",
    "ProgrammeForm",
    "SampleForm",
    "TierForm",
    "TiersFormSet",
    "VersionForm",
    "WalletPolicyForm",
    "initial_of",
]
