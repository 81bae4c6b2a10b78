"""What the journeys read, in English and in French, as it stands on the pages.

Written down here and not asked of the catalogues: a journey reads what a person reads.
"""

FRENCH = {
    # Joining
    "Join": "Devenir membre",
    "Join the programme": "Rejoindre le programme",
    "First name": "Prénom",
    "Last name": "Nom de famille",
    "E-mail address": "Adresse e-mail",
    "I am 15 or older": "J’ai 15 ans ou plus",
    "Receive my code": "Recevoir mon code",
    "Enter your code": "Saisissez votre code",
    "Code of 6 digits": "Code à 6 chiffres",
    "Continue": "Continuer",
    "Welcome. Your card is ready: show it with your next purchase.": (
        "Bienvenue. Votre carte est prête : présentez-la à votre prochain achat."
    ),
    # The card and the history
    "1 point per €1.00 on €50.00 +50": "1 point par tranche de 1,00 € sur 50,00 € +50",
    "Coffee counts double on €40.00 +40": "Le café compte double sur 40,00 € +40",
    "is your Maison Lise code": "est votre code Maison Lise",
    "Welcome to Maison Lise": "Bienvenue dans le programme Maison Lise",
    "My card": "Ma carte",
    "Show my card": "Montrer ma carte",
    "Put my card away": "Ranger ma carte",
    "Number to earn points": "Numéro pour gagner des points",
    "Your movements will appear here.": "Vos mouvements apparaîtront ici.",
    "Rewards": "Avantages",
    "History": "Historique",
    "Me": "Moi",
    "Purchase": "Achat",
    "balance 90": "solde 90",
    "Why these points": "Pourquoi ces points",
    # Rewards
    "A coffee on the house": "Un café offert",
    "Yours now": "À vous maintenant",
    "Use 80 points": "Utiliser 80 points",
    "Use 80 points?": "Utiliser 80 points ?",
    "You will have 10 points left": "Il vous restera 10 points",
    "Show it at the till.": "Montrez-le en caisse.",
    "Used on": "Utilisé le",
    # Leaving
    "Your data": "Vos données",
    "Download my data": "Télécharger mes données",
    "See what I would lose": "Voir ce que je perdrais",
    "Leave the programme": "Quitter le programme",
    "You have left the programme": "Vous avez quitté le programme",
    # The way into the desk
    "Sign in": "Se connecter",
    "E-mail": "E-mail",
    "Password": "Mot de passe",
    "Second factor": "Second facteur",
    "Set up an app": "Installer une application",
    "Authenticator app": "Application d’authentification",
    "No camera? Type the key instead": "Pas d’appareil photo ? Saisissez la clé",
    "Set up this app": "Mettre en place cette application",
    "Recovery codes": "Codes de secours",
    "I have kept them": "Je les ai gardés",
    "Your second factor": "Votre second facteur",
    "Code": "Code",
    "Is it still you?": "Est-ce bien vous ?",
    # The desk
    "Today": "Aujourd’hui",
    "Find a member": "Trouver un membre",
    "Search": "Rechercher",
    "Members": "Membres",
    "Ada Lovelace": "Ada Lovelace",
    "Adjust points": "Ajuster les points",
    "Adjust the points of Ada Lovelace": "Ajuster les points : Ada Lovelace",
    "How many": "Combien",
    "Reason": "Motif",
    "complaint settled": "réclamation réglée",
    "Look at it again": "Vérifier avant d’envoyer",
    "Add 900 points?": "Ajouter 900 points ?",
    "it waits for another person, and nothing moves until then": (
        "la demande attend une autre personne, et rien ne bouge d’ici là"
    ),
    "Ask for it": "Demander",
    "Nothing has moved yet: this waits for another person.": (
        "Rien n’a encore bougé : la demande attend une autre personne."
    ),
    "You asked for it: another person must decide.": (
        "La demande vient de vous : une autre personne doit décider."
    ),
    "Approvals": "Validations",
    "See the approvals : 1 request waits for approval.": (
        "Voir les validations : 1 demande attend une validation."
    ),
    "Decide : +900, Ada Lovelace": "Décider : +900, Ada Lovelace",
    "Decide on a request": "Décider d’une demande",
    "Approve": "Valider",
    "Approved, and posted.": "Demande validée, points inscrits.",
    "Menu": "Menu",
    "Administration": "Administration",
    "Audit log": "Journal d’audit",
    "Approval asked": "Validation demandée",
    "Approval decided": "Validation décidée",
    "adjustment of points": "ajustement de points",
    "approved": "validée",
    "Send me a code": "Recevoir un code",
    "Movements of points": "Mouvements de points",
    "Adjustment: your complaint": "Ajustement : suite à votre réclamation",
}


def say(english: str, language: str) -> str:
    """Return a sentence as it is read."""
    return FRENCH[english] if language == "fr" else english
