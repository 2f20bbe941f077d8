"""Everything from two tables to an explorer in one go: at once, as `learn demo`, or in a process of its own."""
