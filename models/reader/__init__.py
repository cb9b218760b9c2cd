"""The bundled reader: how well a passage answers a question, where in it, and whether it bears out a sentence."""
