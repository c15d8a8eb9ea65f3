using TalkyWalky.Engines.RabbitMq.Diagnosis;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>What the doctor says about a set-up that works, and about what administrators get wrong.</summary>
[Collection(FragileRabbit.Name)]
public sealed class DoctorTests(RabbitNode node)
{
    private static readonly string[] Checks = ["connect", "TLS", "log in", "version", "rights", "alarm", "probe"];

    [Theory]
    [InlineData(RabbitQueueType.Classic)]
    [InlineData(RabbitQueueType.Quorum)]
    public async Task Healthy_EverythingIsGood_AndNothingIsLeft(RabbitQueueType type)
    {
        var findings = await ExamineAsync(options => options with { QueueType = type });
        Assert.Equal(Checks, findings.Select(static finding => finding.Check));
        Assert.All(findings, finding => Assert.True(finding is { Verdict: Verdict.Good, Remedy: null }, Text(findings)));
        Assert.Contains($"a {type.ToString().ToLowerInvariant()} queue", findings[^1].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Topology.ProbePrefix, await node.RabbitmqctlAsync("list_queues", "name") + await node.RabbitmqctlAsync("list_exchanges", "name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_IsAWarning() => Assert.Equal(Verdict.Warning, Only(await ExamineAsync(options => options with { Servers = [node.Amqp] }), "TLS").Verdict);

    [Fact]
    public async Task NobodyListens_SaysSo_AndTheOtherServerIsLookedAt()
    {
        var findings = await ExamineAsync(options => options with { Servers = [new Uri($"amqps://127.0.0.1:{Ports.Free()}"), node.Amqps] });
        Assert.Equal(["connect", "TLS", "log in", .. Checks], findings.Select(static finding => finding.Check));
        IsBad(findings, "connect", "nobody listens there", "broker.servers");
        Assert.Equal(Verdict.Good, findings[^1].Verdict);
    }

    [Fact]
    public async Task UnknownCa_IsBadTls() => IsBad(await ExamineAsync(static options => options with { CaFile = null }), "TLS", "certificate", "broker.caFile");

    [Fact]
    public async Task CaFileOfNothing_SaysSo() => IsBad(await ExamineAsync(static options => options with { CaFile = "/nowhere/ca.pem" }), "TLS", "/nowhere/ca.pem cannot be read", "broker.caFile");

    [Fact]
    public async Task WrongPassword_SaysWhereItStands()
    {
        var findings = await ExamineAsync(static options => options with { Password = "wrong" });
        IsBad(findings, "log in", "refuses the log-in", "broker.passwordFile");
        Assert.All(findings.SkipWhile(static finding => finding.Check is not "log in").Skip(1), static finding => Assert.Equal(Verdict.Skipped, finding.Verdict));
    }

    [Fact]
    public async Task UnknownVirtualHost_IsABadLogIn() => IsBad(await ExamineAsync(static options => options with { VirtualHost = "elsewhere" }), "log in", "elsewhere not found", "broker.virtualHost");

    [Fact]
    public async Task MissingRights_AreBad()
    {
        await node.RabbitmqctlAsync(["add_user", "reader"], "a password of reader\n");
        await node.RabbitmqctlAsync("set_permissions", "reader", "^$", "^$", "^tw1\\.");
        IsBad(await ExamineAsync(static options => options with { Username = "reader", Password = "a password of reader" }), "rights", "403", "set_permissions");
    }

    [Fact]
    public async Task DiskAlarm_IsBad()
    {
        await node.RabbitmqctlAsync("set_disk_free_limit", "100000000000000");
        try
        {
            IsBad(await ExamineAsync(static options => options), "alarm", "disk", "disk space");
        }
        finally
        {
            await node.RabbitmqctlAsync("set_disk_free_limit", "50MB");
        }
    }

    private Task<IReadOnlyList<Finding>> ExamineAsync(Func<RabbitOptions, RabbitOptions> change) => new RabbitDoctor(change(TestEngine.OptionsOf(node))).ExamineAsync(CancellationToken.None);

    private static void IsBad(IReadOnlyList<Finding> findings, string check, string detail, string remedy)
    {
        var finding = findings.First(finding => finding.Check == check);
        Assert.True(finding.Verdict == Verdict.Bad, Text(findings));
        Assert.Contains(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy!, StringComparison.Ordinal);
    }

    private static Finding Only(IReadOnlyList<Finding> findings, string check) => Assert.Single(findings, finding => finding.Check == check);

    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings);
}
