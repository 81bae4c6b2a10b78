"""All that is held about one person, told to them: on their own page, or by staff for them."""
