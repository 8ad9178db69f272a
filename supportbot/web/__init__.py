"""Flask: pages, the widget's and the agents' HTTP surfaces."""
