"""Tables of the diagnosis and the predictions, noun by noun; each module has `create()`."""
