"""The explorer's answers for programs: JSON over HTTP, beside the pages and in their process."""
