using System.CommandLine;
using TalkyWalky.Bench;
using TalkyWalky.Bench.Client;
using TalkyWalky.Bench.Growth;

var seconds = new Option<int>("--seconds") { Description = "how long to measure, after one second of warm-up", DefaultValueFactory = _ => 5 };
var pairs = new Option<int>("--pairs") { Description = "publishers, each with a mailbox and a consumer of its own", DefaultValueFactory = _ => 100 };
var window = new Option<int>("--window") { Description = "publications that one publisher has under way at once", DefaultValueFactory = _ => 10 };
var size = new Option<int>("--size") { Description = "bytes of one payload", DefaultValueFactory = _ => 512 };
var rate = new Option<int>("--rate") { Description = "offered messages a second over all pairs; 0 publishes as fast as the windows allow" };
var data = new Option<string?>("--data") { Description = "folder on the disk to measure; the system's temporary folder when absent" };
var json = new Option<bool>("--json") { Description = "print one JSON object" };

var broker = new Command("broker", "one-to-one messages through the embedded broker: published, on disk, delivered and settled")
{
    seconds, pairs, window, size, rate, data, json,
};
foreach (var bounded in new[] { seconds, pairs, window })
    bounded.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError($"{bounded.Name} is at least 1"); });
size.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 8 or > 960 * 1024) result.AddError("--size is 8 to 983040"); });
rate.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 0) result.AddError("--rate is 0 or more"); });
broker.SetAction(async (parsed, cancellation) =>
{
    var load = new BrokerLoad(
        TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(pairs), parsed.GetValue(window), parsed.GetValue(size), parsed.GetValue(rate));
    var report = await BrokerBenchmark.RunAsync(load, parsed.GetValue(data) ?? Path.GetTempPath(), cancellation);
    Console.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText());
    return 0;
});

var clusters = new Command("clusters", "a calculation: ten million people hashed onto several clusters of RabbitMQ, and what falls on each");
clusters.SetAction(_ => Console.Write(ClusterSimulation.TenMillion.ToText([4, 8, 16, 32, 64])));

var certificates = new Option<int>("--certificates") { Description = "how many to issue, and to ask the status of", DefaultValueFactory = _ => 500 };
certificates.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 1 or > 100_000) result.AddError("--certificates is 1 to 100000"); });
var authority = new Command("authority", "certificates with their audit trail, OCSP answers, CRLs; on the embedded store") { certificates };
authority.SetAction(async (parsed, cancellation) =>
{
    using var benchmark = new AuthorityBenchmark(parsed.GetValue(certificates));
    Console.WriteLine(await benchmark.RunAsync(cancellation));
    return 0;
});

var messages = new Option<int>("--messages") { Description = "messages in the conversation, at least 1000", DefaultValueFactory = _ => 1_000_000 };
messages.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1000) result.AddError("--messages is at least 1000"); });
var history = new Command("history", "a client's store with one long conversation: appends, pages, reading everything") { messages, json };
history.SetAction(async (parsed, cancellation) =>
{
    using var benchmark = new HistoryBenchmark(parsed.GetValue(messages));
    var report = await benchmark.RunAsync(cancellation);
    Console.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText());
    return 0;
});

var conversations = new Option<int>("--conversations") { Description = "conversations, the long one included", DefaultValueFactory = _ => 500 };
var longest = new Option<int>("--messages") { Description = "messages in the long conversation", DefaultValueFactory = _ => 100_000 };
var known = new Option<int>("--people") { Description = "people known, at least one for each conversation", DefaultValueFactory = _ => 2000 };
var app = new Command("app", "what the app asks of a large profile: opening, lists, pages, read marks, drafts") { longest, known, conversations, json };
app.SetAction(async (parsed, cancellation) =>
{
    using var benchmark = new AppBenchmark(parsed.GetValue(longest), parsed.GetValue(known), parsed.GetValue(conversations));
    var report = await benchmark.RunAsync(cancellation);
    Console.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText());
    return 0;
});

var logged = new Option<int>("--leaves") { Description = "leaves in the log, at least 1000", DefaultValueFactory = _ => 1_000_000 };
logged.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1000) result.AddError("--leaves is at least 1000"); });
var leafSize = new Option<int>("--size") { Description = "bytes of one leaf", DefaultValueFactory = _ => 32 };
leafSize.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 8 or > 98_304) result.AddError("--size is 8 to 98304"); });
var log = new Command("log", "a transparency log in the embedded store: appends, proofs of inclusion and consistency") { logged, leafSize, data, json };
log.SetAction(async (parsed, cancellation) =>
{
    using var benchmark = new LogBenchmark(parsed.GetValue(logged), parsed.GetValue(leafSize), parsed.GetValue(data) ?? Path.GetTempPath());
    var report = await benchmark.RunAsync(cancellation);
    Console.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText());
    return 0;
});

var only = new Argument<string[]>("name") { Description = "parts of names, as Seal or Grant; all when absent", Arity = ArgumentArity.ZeroOrMore };
var client = new Command("client", "what messages, grants and history cost the client, with allocations (BenchmarkDotNet)") { only };
client.SetAction(parsed => ClientBenchmark.Run(parsed.GetRequiredValue(only)));

var growth = new Command("growth", "what grows by which power: grants, fan-out, mailboxes, history, people, the log at 1, 4 and 16 times a size") { json };
growth.SetAction(async (parsed, cancellation) =>
{
    var lines = await GrowthBenchmark.RunAsync(Console.Error, cancellation);
    Console.WriteLine(parsed.GetValue(json) ? GrowthBenchmark.ToJson(lines) : GrowthBenchmark.ToText(lines));
    return 0;
});

var listed = new Option<int>("--people") { Description = "people with two devices each, at least 100", DefaultValueFactory = _ => 10_000 };
listed.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 100) result.AddError("--people is at least 100"); });
var heads = new Command("heads", "the authority keeps the transparency log of many people current: all heads signed anew, a device that enrols meanwhile") { listed };
heads.SetAction(async (parsed, cancellation) =>
{
    using var benchmark = new HeadsBenchmark(parsed.GetValue(listed));
    Console.WriteLine(await benchmark.RunAsync(cancellation));
    return 0;
});

var profile = new Option<string>("--profile") { Description = "the profile's folder", Required = true };
var passphrase = new Option<FileInfo>("--passphrase-file") { Description = "a file whose first line is the profile's passphrase", Required = true };
var with = new Option<string>("--with") { Description = "the person that the profile has a conversation with", Required = true };
var fillMessages = new Command("fill-messages", "adds messages to a conversation of a profile that no program has open") { profile, passphrase, with, messages };
fillMessages.SetAction(async (parsed, cancellation) =>
{
    var secret = (await File.ReadAllLinesAsync(parsed.GetRequiredValue(passphrase).FullName, cancellation))[0];
    await Filling.MessagesAsync(parsed.GetRequiredValue(profile), secret, parsed.GetRequiredValue(with), parsed.GetValue(messages), cancellation);
    return 0;
});

var server = new Option<string>("--data") { Description = "the server's folder", Required = true };
var people = new Option<int>("--people") { Description = "accounts to add", DefaultValueFactory = _ => 2000 };
var fillPeople = new Command("fill-people", "adds accounts to the directory of a server that does not run") { server, people };
fillPeople.SetAction(async (parsed, cancellation) =>
{
    await Filling.PeopleAsync(parsed.GetRequiredValue(server), parsed.GetValue(people), cancellation);
    return 0;
});

return await new RootCommand("Measures TalkyWalky, and fills profiles and servers to measure with. Build it with -c Release.") { authority, broker, clusters, history, app, log, heads, client, growth, fillMessages, fillPeople }.Parse(args).InvokeAsync();
