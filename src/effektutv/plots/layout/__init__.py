"""What the figures share: style, axes, legend, text measurement."""
