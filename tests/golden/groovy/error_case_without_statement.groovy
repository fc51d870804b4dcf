switch (1) {
  case 1:
}  // expect error: unexpected `}`, expected a statement after the case
