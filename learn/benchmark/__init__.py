"""The paper's tables, rerun on data at hand: ``plans`` has the rows, ``cells`` trains, ``summary`` adds up."""
