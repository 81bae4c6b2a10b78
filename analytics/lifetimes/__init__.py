"""How long members stay, how often they buy and what it is worth: published models. Pure."""
