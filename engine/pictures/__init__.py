"""The arithmetic of pictures on torch tensors: sizes, places, colours and filters.

``engine.ops.image`` gives it Keras' names in graphs; the layers for pictures use it directly.
"""
