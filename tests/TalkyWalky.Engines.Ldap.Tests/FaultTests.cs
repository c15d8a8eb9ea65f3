using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Diagnosis;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>A server that is killed, paused, slow, cut off.</summary>
[Collection(FragileOpenLdap.Name)]
public sealed class FaultTests(Slapd server) : FragileTest(server)
{
    [Fact]
    public async Task Killed_IsSaidAndWorksAgainAfterwards()
    {
        await Server.KillAsync();
        var e = await Assert.ThrowsAsync<EngineException>(() => Directory.FindAsync("ada", None));
        Assert.Contains("nobody listens there", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EngineException>(() => Directory.BindAsync("ada", Password, None));
        await Assert.ThrowsAsync<EngineException>(() => Directory.CheckAsync(None));
        await Server.StartAsync();
        Assert.Equal(Ada, await Directory.FindAsync("ada", None));
        Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", Password, None));
        await Directory.CheckAsync(None);
    }

    [Fact]
    public async Task Away_IsLoggedOnceEachTime()
    {
        var log = new LogOfTests();
        var directory = Test.Open(Test.Options, log);
        for (var outage = 1; outage <= 2; outage++)
        {
            await Server.KillAsync();
            for (var i = 0; i < 5; i++) await Assert.ThrowsAsync<EngineException>(() => directory.FindAsync("ada", None));
            Assert.Equal((outage, outage - 1), (Count("out of reach"), Count("answers again")));
            await Server.StartAsync();
            Assert.Equal(Ada, await directory.FindAsync("ada", None));
            Assert.Equal((outage, outage), (Count("out of reach"), Count("answers again")));
        }

        int Count(string words) => log.Lines.Count(line => line.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restarted_NobodyNotices()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Directory.FindAsync("ada", None)));
        await Server.RestartAsync();
        Assert.IsType<ChangeOutcome.Done>(await Directory.SetEnabledAsync(Ada.User, enabled: false, None));
        await Server.RestartAsync();
        Assert.False((await Directory.FindAsync("ada", None))!.Enabled);
    }

    [Fact]
    public async Task Paused_EveryCallEndsInTime()
    {
        var directory = Test.Open(Test.Options with { Timeout = TimeSpan.FromSeconds(1), Connections = 4 });
        await directory.FindAsync("ada", None);
        await Server.PauseAsync();
        try
        {
            var since = Stopwatch.GetTimestamp();
            do
            {
                foreach (var call in (Func<Task>[])
                         [() => directory.FindAsync("ada", None), () => directory.BindAsync("ada", Password, None), () => directory.SetEnabledAsync(Ada.User, enabled: true, None)])
                {
                    var began = Stopwatch.GetTimestamp();
                    await Assert.ThrowsAsync<EngineException>(call);
                    Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10)); // 2 tries, and 1 look at why
                }
            }
            while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30));
        }
        finally
        {
            await Server.ResumeAsync();
        }

        Assert.Equal(Ada, await directory.FindAsync("ada", None));
    }

    [Fact]
    public async Task Paused_TlsFromTheBeginning_EndsInTime()
    {
        var directory = Test.Open(Test.Options with { Servers = [Server.Ldaps], Timeout = TimeSpan.FromSeconds(1) });
        await Server.PauseAsync();
        try
        {
            var began = Stopwatch.GetTimestamp();
            await Assert.ThrowsAsync<EngineException>(() => directory.FindAsync("ada", None));
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }
        finally
        {
            await Server.ResumeAsync();
        }

        Assert.Equal(Ada, await directory.FindAsync("ada", None));
    }

    [Fact]
    public async Task Paused_CallersMayLeave()
    {
        await Directory.FindAsync("ada", None);
        await Server.PauseAsync();
        try
        {
            using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Directory.FindAsync("ada", leave.Token));
        }
        finally
        {
            await Server.ResumeAsync();
        }

        Assert.Equal(Ada, await Directory.FindAsync("ada", None));
    }

    [Fact]
    public async Task Slow_WorksUntilTheTimeIsOver()
    {
        await using var slow = new Proxy(Server.Ldap);
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{slow.Port}")], Timeout = TimeSpan.FromSeconds(2) });
        slow.Delay = TimeSpan.FromMilliseconds(100);
        Assert.Equal(Ada, await directory.FindAsync("ada", None));
        slow.Delay = TimeSpan.FromSeconds(4);
        var e = await Assert.ThrowsAsync<EngineException>(() => directory.FindAsync("ada", None));
        Assert.Contains("in time", e.Message, StringComparison.Ordinal);
        slow.Delay = TimeSpan.Zero;
        Assert.Equal(Ada, await directory.FindAsync("ada", None));
    }

    [Fact]
    public async Task AnswersInDrops_TheBindEndsInTime()
    {
        await using var way = new Proxy(Server.Ldap);
        using var link = LdapLink.Open(new Uri($"ldap://127.0.0.1:{way.Port}"), Test.Options with { Timeout = TimeSpan.FromSeconds(1) });
        way.Drips = true;
        var bind = Task.Run(() => link.Bind(Test.DnOf("ada"), Password));
        await Assert.ThrowsAsync<LinkException>(() => bind.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task AnswersInDrops_TheLookAtTlsEndsInTime()
    {
        await using var way = new Proxy(Server.Ldaps) { Drips = true };
        var address = new Uri($"ldaps://127.0.0.1:{way.Port}");
        var look = Task.Run(() => new TlsProbe(address, Test.Options with { Servers = [address], Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System).Look());
        Assert.Equal("no answer in time", (await look.WaitAsync(TimeSpan.FromMinutes(1))).Detail);
    }

    [Fact]
    public async Task Broken_ReadsAreTriedAgainAndChangesGoOverConnectionsThatAnswer()
    {
        await using var way = new Proxy(Server.Ldap);
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}")] });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Ada.User, (await directory.FindAsync("ada", None))!.User);
            way.Break();
            Assert.IsType<ChangeOutcome.Done>(await directory.SetEnabledAsync(Ada.User, enabled: i % 2 == 0, None));
            way.Break();
        }
    }

    [Fact]
    public async Task ManyAtOnce_EachGetsTheirOwnAnswer()
    {
        await using var way = new Proxy(Server.Ldap);
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}")], Connections = 3, Timeout = TimeSpan.FromSeconds(60) });
        var bob = Assert.IsType<AddOutcome.Added>(await directory.AddAsync(new NewAccount("bob", "Another password 8", "", null), None)).Account;
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            switch (i % 4)
            {
                case 0:
                    Assert.Equal(Ada, Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None)).Account);
                    break;
                case 1:
                    Assert.Equal(bob.User, Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("bob", "Another password 8", None)).Account.User);
                    break;
                case 2:
                    // What only the service account may do: nobody's identity is left on its connections.
                    Assert.IsType<ChangeOutcome.Done>(await directory.UnlockAsync(Ada.User, None));
                    break;
                default:
                    Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("nobody", Password, None));
                    break;
            }
        }));
        Assert.InRange(way.Accepted, 1, 45 + 3); // one for each log-in, and the service account's
    }

    [Fact]
    public async Task UnknownName_TakesTheWayOfAWrongPassword()
    {
        await using var way = new Proxy(Server.Ldap);
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}")] });
        await directory.FindAsync("ada", None);
        foreach (var (name, connections) in ((string, int)[])[("ada", 2), ("nobody", 3), ("ada", 4), ("nobody", 5)])
        {
            var began = Stopwatch.GetTimestamp();
            Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(name, "wrong", None));
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(200), TimeSpan.MaxValue);
            Assert.Equal(connections, way.Accepted);
        }
    }

    [Fact]
    public async Task NobodyAcceptsConnections_EndsInTime()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        // The queue is full with one or two; the system leaves further ones without any answer.
        var queued = Enumerable.Range(0, 4).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToList();
        foreach (var socket in queued) Assert.Throws<SocketException>(() => socket.Connect(full.LocalEndPoint!)); // it would block
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldaps://127.0.0.1:{((IPEndPoint)full.LocalEndPoint!).Port}")], Timeout = TimeSpan.FromSeconds(1) });
        var began = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<EngineException>(() => directory.FindAsync("ada", None));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        foreach (var socket in queued) socket.Dispose();
    }

    [Fact]
    public async Task Referrals_AreNeverFollowed()
    {
        await using var trap = new Proxy(Server.Ldap);
        await Server.ModifyAsync($"dn: cn=elsewhere,{Test.Base}\nobjectClass: referral\nobjectClass: extensibleObject\ncn: elsewhere\nref: ldap://127.0.0.1:{trap.Port}/ou=people,dc=example,dc=org\n");
        try
        {
            Assert.Equal(["ada"], (await Directory.ListAsync(null, 10, None)).Select(static account => account.Username));
            Assert.Equal(0, trap.Accepted);
        }
        finally
        {
            (await Server.ToolAsync("ldapdelete", ["-M", $"cn=elsewhere,{Test.Base}"])).Expect(0);
        }
    }
}
