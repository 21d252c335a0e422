"""Rules as they are declared: what is said of each, and for those that compare rows also the test."""
