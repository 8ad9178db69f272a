"""One voice: normalising what a model wrote, and rendering the reply as the customer sees it."""
