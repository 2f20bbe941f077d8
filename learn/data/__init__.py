"""Any source -> one checked Dataset with its split, and where it is kept."""
