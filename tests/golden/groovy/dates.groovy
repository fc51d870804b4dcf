def d = new Date(0)
println(d.format('yyyy-MM-dd HH:mm:ss', TimeZone.getTimeZone('UTC')))  // expect: 1970-01-01 00:00:00
println(d.format("yyyyMMdd'T'HHmmss", TimeZone.getTimeZone('UTC')))  // expect: 19700101T000000
println(d.getTime())  // expect: 0
println(new Date(86400000L).format('EEE, d MMM yyyy h:mm a', TimeZone.getTimeZone('UTC')))  // expect: Fri, 2 Jan 1970 12:00 AM
println((d + 1).time)  // expect: 86400000
println(d.before(new Date(5)))  // expect: true
println(d.format('D S SSS yy', TimeZone.getTimeZone('UTC')))  // expect: 1 0 000 70
for (day in [0, 2, 3, 9, 27, 30, 31, 33, 364, 365]) print(new Date(1735689600000L + day * 86400000L).format('w.W.F '))
println()  // expect: 1.1.1 1.1.1 1.1.1 2.2.2 5.5.4 5.5.5 5.1.1 6.2.1 1.5.5 1.1.1 
