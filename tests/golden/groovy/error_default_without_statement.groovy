switch (1) {
  default:
  case 1: println 'one'  // expect error: unexpected `case`, expected a statement after the case
}
