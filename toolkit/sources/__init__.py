"""Reading what people have, as it is: every cell keeps its place."""
