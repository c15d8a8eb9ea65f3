using System.Diagnostics;
using System.Globalization;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>What one fault came to.</summary>
/// <param name="Accepted">Messages of which the author was told that they were sent.</param>
/// <param name="Delivered">Deliveries of them, one for each reader of each.</param>
/// <param name="Lost">Deliveries that are missing.</param>
/// <param name="Silence">The longest time in which nobody got anything while people went on writing.</param>
internal sealed record Verdict(string Fault, int Written, int Accepted, int Delivered, int Lost, int Doubled, int OutOfOrder, TimeSpan Silence)
{
    public const string Head = "| fault | accepted | delivered | lost | doubled | out of order | longest silence |\n|---|---|---|---|---|---|---|";

    public bool IsGood => Written == Accepted && (Lost, Doubled, OutOfOrder) == (0, 0, 0);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"| {Fault} | {Accepted} | {Delivered} | {Lost} | {Doubled} | {OutOfOrder} | {Silence.TotalSeconds:0.0} s |");
}

/// <summary>
/// The model of a total queue, as in Jepsen's checker of that name: what was accepted comes out, once for each reader, and nothing else does; here also in its
/// author's order within a conversation.
/// </summary>
internal sealed class TotalQueue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Message> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _wrong = [];

    /// <summary>What must never happen, as sentences: something nobody wrote, or that the reader was not to get; a message refused; an alarm.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_gate) return [.. _wrong];
        }
    }

    /// <summary>Call it before the message is sent. Texts differ.</summary>
    public void Write(string fault, string author, string conversation, IEnumerable<string> readers, string text)
    {
        lock (_gate)
        {
            var lane = $"{author}>{conversation}";
            var number = _numbers[lane] = _numbers.GetValueOrDefault(lane) + 1;
            _messages.Add(text, new Message(fault, author, conversation, number, Stopwatch.GetTimestamp(), readers.ToDictionary(static reader => reader, static _ => new List<long>(), StringComparer.Ordinal)));
        }
    }

    public void Accept(string text)
    {
        lock (_gate)
        {
            if (_messages.TryGetValue(text, out var message)) message.IsAccepted = true;
            else _wrong.Add($"\"{text}\" was sent and never written");
        }
    }

    /// <param name="conversation">As the author called it: the reader's name, or the room's.</param>
    public void Deliver(string reader, string author, string conversation, string text)
    {
        lock (_gate)
        {
            if (_messages.TryGetValue(text, out var message) && message.Author == author && message.Conversation == conversation && message.Readers.TryGetValue(reader, out var times))
                times.Add(Stopwatch.GetTimestamp());
            else
                _wrong.Add($"{reader} got \"{text}\" from {author} in {conversation}, who wrote no such thing there");
        }
    }

    public void Report(string wrong)
    {
        lock (_gate) _wrong.Add(wrong);
    }

    /// <summary>Everything written was accepted and has come to everybody.</summary>
    public bool IsSettled(string fault)
    {
        lock (_gate) return Of(fault).All(static message => message.IsAccepted && message.Readers.Values.All(static times => times.Count > 0));
    }

    public Verdict Judge(string fault)
    {
        lock (_gate)
        {
            var written = Of(fault).ToList();
            var accepted = written.Where(static message => message.IsAccepted).ToList();
            var deliveries = accepted.SelectMany(static message => message.Readers.Values).ToList();
            return new Verdict(
                fault, written.Count, accepted.Count, deliveries.Sum(static times => times.Count), deliveries.Count(static times => times.Count == 0),
                written.SelectMany(static message => message.Readers.Values).Sum(static times => Math.Max(0, times.Count - 1)), OutOfOrder(written), Silence(written));
        }
    }

    private IEnumerable<Message> Of(string fault) => _messages.Values.Where(message => message.Fault == fault);

    private static int OutOfOrder(IEnumerable<Message> written) => written
        .SelectMany(static message => message.Readers.Where(static reader => reader.Value.Count > 0).Select(reader => (Lane: (message.Author, message.Conversation, Reader: reader.Key), message.Number, Time: reader.Value[0])))
        .GroupBy(static one => one.Lane)
        .Sum(static lane => lane.OrderBy(static one => one.Number).Zip(lane.OrderBy(static one => one.Number).Skip(1)).Count(static pair => pair.First.Time > pair.Second.Time));

    // From the first writing to the first delivery after the last one.
    private static TimeSpan Silence(List<Message> written)
    {
        var (first, last) = (written.Min(static message => message.Time), written.Max(static message => message.Time));
        var times = written.SelectMany(static message => message.Readers.Values).SelectMany(static times => times).Order().ToList();
        var (longest, before) = (0L, first);
        foreach (var time in times)
        {
            longest = Math.Max(longest, time - before);
            before = time;
            if (time > last) break;
        }

        return Stopwatch.GetElapsedTime(0, longest);
    }

    private sealed record Message(string Fault, string Author, string Conversation, int Number, long Time, Dictionary<string, List<long>> Readers)
    {
        public bool IsAccepted { get; set; }
    }
}
