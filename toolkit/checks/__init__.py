"""What is wrong with a package, as findings: what the receiver says, and what the rows say about each other."""
