println String.format('%e|%.2e|%E|%12.3e|%-12.1e|%.0e', 12345.678, 0.00012345, 1.5d, 1e10d, 2.0, 9.5d)
println String.format('%g|%g|%.3g|%g|%G|%g', 12345.678d, 0.0001d, 1234567.0d, 1e-5d, 1e20d, 0.0d)
println String.format('%x %X %o %#x %#o %08x %#06X', 255, 255, 8, 255, 8, 48879, 10)
println String.format('%b %B %5b|%-7b|%.2b', true, 'x', null, false, true)
println String.format('%c%c', 65, 0x20AC)
println String.format('%,d %,d %+d %+d [% d] [% d] %(d %(,.2f', 1234567, -999, 5, -5, 5, -5, -42, -1234.5d)
println String.format('%05d|%5d|%-5d|%+010d|%010.3f|%08.2f', 42, 42, 42, 42, 3.14159d, -3.14159)
println String.format('%2$s %1$s %<s %s %s', 'a', 'b')
println String.format('%.3s|%10.2s|%-6sé|%6s', 'abcdef', 'abcdef', 'é', 'é')
println String.format('%h %H', 'hello', 'hello')
println String.format('%f %5.1f %E', 0d / 0, 1 / 0d, -1 / 0d)
println sprintf('%s-%d', ['a', 5]) + sprintf('%5.1f', 3.14159)
for (bad in ['%q', '%-d', '%.2d', '%#s', '%3$s', '%', '%d', '%c', '%e', '%f']) {
  try {
    println String.format(bad, 'ab', 1)
  } catch (IllegalArgumentException e) {
    println "$bad ${e.class.simpleName} ${e.message}"
  }
}
// expect: 1.234568e+04|1.23e-04|1.500000E+00|   1.000e+10|2.0e+00     |1e+01
// expect: 12345.7|0.000100000|1.23e+06|1.00000e-05|1.00000E+20|0.00000
// expect: ff FF 10 0xff 010 0000beef 0X000A
// expect: true TRUE false|false  |tr
// expect: A€
// expect: 1,234,567 -999 +5 -5 [ 5] [-5] (42) (1,234.50)
// expect: 00042|   42|42   |+000000042|000003.142|-0003.14
// expect: b a a a b
// expect: abc|        ab|é     é|     é
// expect: 5e918d2 5E918D2
// expect: NaN Infinity -INFINITY
// expect: a-5  3.1
// expect: %q UnknownFormatConversionException Conversion = 'q'
// expect: %-d MissingFormatWidthException %-d
// expect: %.2d IllegalFormatPrecisionException 2
// expect: %#s FormatFlagsConversionMismatchException Conversion = s, Flags = #
// expect: %3$s MissingFormatArgumentException Format specifier '%3$s'
// expect: % UnknownFormatConversionException Conversion = '%'
// expect: %d IllegalFormatConversionException d != java.lang.String
// expect: %c IllegalFormatConversionException c != java.lang.String
// expect: %e IllegalFormatConversionException e != java.lang.String
// expect: %f IllegalFormatConversionException f != java.lang.String
println String.format('%h %h %h', 77L, 2.5e-7d, true)  // expect: 4d 9e252b7a 4cf
println([5L.hashCode(), (-5L).hashCode(), 12345678901L.hashCode(), 1.5d.hashCode(), false.hashCode()])  // expect: [5, 4, -539222985, 1073217536, 1237]
println String.format('%s', [1, 2]) + sprintf('%s%s', [1, 2]) + String.format('%s%s', ['p', 'q'] as String[])  // expect: [1, 2]12pq
printf('%s %s%n', [a: 1], 'x')  // expect: {a=1} x
