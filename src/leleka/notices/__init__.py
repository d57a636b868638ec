"""How notices are sent: signed webhooks and e-mail. Their content is made elsewhere."""
