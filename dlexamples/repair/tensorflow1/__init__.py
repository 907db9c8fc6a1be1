"""Code for TensorFlow 1, by the tables of TensorFlow's own upgrade script and by `tf.compat.v1`.

The tables name some targets that are gone since, and send optimizers to `tf.keras.optimizers.legacy`, which Keras 3
refuses: nothing of them is used that the installed TensorFlow does not have.
"""
