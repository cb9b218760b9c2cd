"""The page of the desk: `footnote serve` serves it, `streamlit run streamlit_app.py` shows it alone."""
