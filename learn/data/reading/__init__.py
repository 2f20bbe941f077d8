"""From a file's bytes to a table of cells: unpacked, decoded, parted into rows; every choice is a note."""
