using System.Net;

namespace TalkyWalky.Authority.Tests;

public sealed class AttemptThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private readonly ManualTime _time = new(TestAuthority.Now);
    private readonly AttemptThrottle _throttle;

    public AttemptThrottleTests() => _throttle = new AttemptThrottle(_time);

    [Fact]
    public void TryBegin_FailuresOfOneAccount_DoubleTheWait()
    {
        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, Fail("alice", Address(i)));
        var waits = new List<double>();
        for (var i = 0; i < 14; i++)
        {
            var wait = Fail("alice", Address(100 + i));
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait);
            Assert.Equal(TimeSpan.Zero, Fail("alice", Address(200 + i)));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900], waits);
    }

    [Fact]
    public void TryBegin_TwentyFailures_TakeLongerThanAnHour()
    {
        var start = _time.GetUtcNow();
        for (var failures = 0; failures < 20; failures++)
        {
            var wait = Fail("alice", Address(failures));
            if (wait == TimeSpan.Zero) continue;
            _time.Advance(wait);
            Fail("alice", Address(1000 + failures));
        }

        Assert.True(_time.GetUtcNow() - start > TimeSpan.FromHours(1));
    }

    [Fact]
    public void TryBegin_ManyAtOnce_AdmitsFive()
    {
        var admitted = Enumerable.Range(0, 100).Count(i => _throttle.TryBegin("alice", Address(i), out _, out _));

        Assert.Equal(5, admitted);
    }

    [Fact]
    public void TryBegin_ManyAccountsFromOneSource_IsThrottled()
    {
        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, Fail($"user{i}", Here));

        Assert.Equal(TimeSpan.FromSeconds(1), Fail("user6", Here));
        Assert.Equal(TimeSpan.Zero, Fail("user6", Address(1)));
    }

    [Fact]
    public void TryBegin_OneIpv6Network_IsOneSource()
    {
        for (var i = 0; i < 5; i++) Fail($"user{i}", IPAddress.Parse($"2001:db8::{i + 1}"));

        Assert.NotEqual(TimeSpan.Zero, Fail("user6", IPAddress.Parse("2001:db8::ffff:1")));
        Assert.Equal(TimeSpan.Zero, Fail("user6", IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void TryBegin_CaseAndBlanksOfAName_AreOneAccount()
    {
        string[] forms = ["alice", "Alice", " ALICE", "alice ", "aLICE"];
        for (var i = 0; i < forms.Length; i++) Fail(forms[i], Address(i));

        Assert.NotEqual(TimeSpan.Zero, Fail("alice", Address(99)));
    }

    [Fact]
    public void Succeed_ClearsTheAccountButNotTheSource()
    {
        for (var i = 0; i < 4; i++) Fail("alice", Here);
        Assert.True(_throttle.TryBegin("alice", Here, out var attempt, out _));
        attempt.Succeed();

        Assert.True(_throttle.TryBegin("alice", Address(1), out _, out _));
        Assert.Equal(TimeSpan.Zero, Fail("bob", Here)); // the fifth failure of this source
        Assert.NotEqual(TimeSpan.Zero, Fail("carol", Here));
    }

    [Fact]
    public void Withdraw_CountsNothing()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.True(_throttle.TryBegin("alice", Here, out var attempt, out _));
            attempt.Withdraw();
        }
    }

    [Fact]
    public void TryBegin_AfterAnHourOfRest_IsForgotten()
    {
        for (var i = 0; i < 5; i++) Fail("alice", Here);
        _time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, Fail("alice", Here));
    }

    [Fact]
    public void TryBegin_Full_DropsTheLongestUntouched()
    {
        var throttle = new AttemptThrottle(_time, capacity: 20);
        void Begin(string account, int source) => throttle.TryBegin(account, Address(source), out _, out _);
        for (var i = 0; i < 5; i++) Begin("old", i); // 6 entries
        for (var i = 0; i < 20; i++) Begin($"new{i}", 100 + i);

        Assert.True(throttle.TryBegin("old", Address(50), out _, out _));
        for (var i = 0; i < 5; i++) Begin("late", 60 + i);
        Assert.False(throttle.TryBegin("late", Address(70), out _, out _));
    }

    [Fact]
    public void Forget_Account_IsFree()
    {
        for (var i = 0; i < 5; i++) Fail("alice", Address(i));
        _throttle.Forget("Alice");

        Assert.Equal(TimeSpan.Zero, Fail("alice", Address(9)));
    }

    private TimeSpan Fail(string account, IPAddress source)
    {
        _throttle.TryBegin(account, source, out _, out var wait);
        return wait;
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)number]);
}
