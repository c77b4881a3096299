"""Rules written in a form and read as a sentence, and the vocabularies that are made of them."""
