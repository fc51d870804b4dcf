println(5 / 2)  // expect: 2.5
println(6 / 2)  // expect: 3
println(1 / 3)  // expect: 0.3333333333
println(2 / 3)  // expect: 0.6666666667
println(100 / 3)  // expect: 33.3333333333
println(7 % 3)  // expect: 1
println(-7 % 3)  // expect: -1
println(7.intdiv(2))  // expect: 3
println(2 ** 10)  // expect: 1024
println(2 ** 31)  // expect: 2147483648
println(2 ** -1)  // expect: 0.5
println(-2 ** 2)  // expect: -4
println(1.10 + 2.205)  // expect: 3.305
println(2.50 * 2)  // expect: 5.00
println(10.0 / 4)  // expect: 2.5
println(1e3)  // expect: 1E+3
println(0.1 + 0.2)  // expect: 0.3
println(0.1d + 0.2d)  // expect: 0.30000000000000004
println(2147483647 + 1)  // expect: -2147483648
println(2147483648)  // expect: 2147483648
println(9223372036854775807 + 1)  // expect: -9223372036854775808
println(0x1F + 010 + 0b11)  // expect: 42
println(1_000_000)  // expect: 1000000
println(1.5d * 2)  // expect: 3.0
println(1e7d)  // expect: 1.0E7
println(3.7 as int)  // expect: 3
println(5 as String)  // expect: 5
println('42' as Integer)  // expect: 42
println('12'.toInteger() + '3.5'.toBigDecimal())  // expect: 15.5
println(7 & 3 | 8)  // expect: 11
println(1 << 4)  // expect: 16
println(-16 >> 2)  // expect: -4
println(-1 >>> 28)  // expect: 15
println(6 ^ 3)  // expect: 5
println(~5)  // expect: -6
println(Math.max(3, 7) + Math.abs(-2))  // expect: 9
println(Integer.parseInt('12') + Integer.valueOf('3'))  // expect: 15
println(3.14.setScale(1, java.math.RoundingMode.HALF_UP))  // expect: 3.1
println(10.0.toString() + 1.0e-3)  // expect: 10.00.0010
println(5.0 == 5)  // expect: true
println(1.0d / 0)  // expect: Infinity
println(5.compareTo(3))  // expect: 1
println(100.0 * 1.1)  // expect: 110.00
println(1/8)  // expect: 0.125
println(3 + 0.5)  // expect: 3.5
println((3.99).toInteger())  // expect: 3
println(1000000 * 1000000)  // expect: -727379968
println(1000000L * 1000000)  // expect: 1000000000000
println(2 ** 3 ** 2)  // expect: 64
println(2 ** -1 ** 2)  // expect: 0.25
boolean none = null
println(none)  // expect: false
println([-2147483648, -2147483648 - 1, - 2147483648, 3 + -2147483648, -0x80000000, -2_147_483_648].collect { it.class.simpleName + it })  // expect: [Integer-2147483648, Integer2147483647, Integer-2147483648, Integer-2147483645, Integer-2147483648, Integer-2147483648]
println([1 -2147483648, 2147483648, -(2147483648), -2147483648L, -2147483648 ** 2].collect { it.class.simpleName + it })  // expect: [Long-2147483647, Long2147483648, Long-2147483648, Long-2147483648, Long-4611686018427387904]
println([-2147483648g, -9223372036854775808, -9223372036854775808 - 1].collect { it.class.simpleName + it })  // expect: [BigInteger-2147483648, Long-9223372036854775808, Long9223372036854775807]
println([Math.abs(-2147483648), ~-2147483648])  // expect: [-2147483648, 2147483647]
