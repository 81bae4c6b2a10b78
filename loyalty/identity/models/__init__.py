from loyalty.identity.models.approvals import Approval, ApprovalKind, ApprovalState, Limit
from loyalty.identity.models.entrance import EmailedCode, Guesses
from loyalty.identity.models.people import User, UserManager
from loyalty.identity.models.tracing import SignIn, Traced, address_of_request

__all__ = [
    "Approval",
    "ApprovalKind",
    "ApprovalState",
    "EmailedCode",
    "Guesses",
    "Limit",
    "SignIn",
    "Traced",
    "User",
    "UserManager",
    "address_of_request",
]
