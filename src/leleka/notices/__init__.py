"""How a notice leaves the house: a signed request, or a letter. What it says is made elsewhere."""
