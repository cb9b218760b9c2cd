"""The page, piece by piece: what `streamlit_app.py` puts together. Streamlit stays in here and in that script."""
