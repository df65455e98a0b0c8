"""Operations on tensors, by the names of ``keras.ops``."""
