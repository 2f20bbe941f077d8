"""How good a Run is, for whom and for which items, and how sure that is: start with ``protocol``."""
