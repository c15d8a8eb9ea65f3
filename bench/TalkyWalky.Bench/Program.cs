using System.CommandLine;
using TalkyWalky.Bench;

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

return await new RootCommand("Measures TalkyWalky. Build it with -c Release.") { broker, history }.Parse(args).InvokeAsync();
