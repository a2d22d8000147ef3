package dev.keraunos.importer.internal.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectNamesTest {
  @ParameterizedTest
  @CsvSource({
    "Conv2D, conv2d",
    "Conv2DTranspose, conv2d_transpose",
    "ConvLSTM2D, conv_lstm2d",
    "PReLU, p_re_lu",
    "ReLU, re_lu",
    "ELU, elu",
    "LeakyReLU, leaky_re_lu",
    "LSTMCell, lstm_cell",
    "StackedRNNCells, stacked_rnn_cells",
    "MaxPooling2D, max_pooling2d",
    "UpSampling2D, up_sampling2d",
    "RMSNormalization, rms_normalization",
    "TFOpLambda, tf_op_lambda",
    "InputLayer, input_layer"
  })
  void classNamesInSnakeCase(String className, String name) {
    assertEquals(name, ObjectNames.snakeCase(className));
  }
}
