"""How days and hours are written where a language says it differently than Django does."""
