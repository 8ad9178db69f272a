"""From a customer's message to a draft, and from a draft to what a person let go."""
