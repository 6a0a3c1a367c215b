"""The Cafcass National Standards of June 2007, one module for each Standard, in the document's order."""
