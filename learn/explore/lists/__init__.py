"""What is recommended to whom, and why: lists, audiences, new users and items, attribution."""
