using System.Globalization;
using System.Text;
using System.Text.Json;
using TalkyWalky.Client.Lines;

namespace TalkyWalky.Client.Export;

/// <summary>One JSON document (docs/cli.md), a message per line.</summary>
internal sealed class JsonHistory(HistoryDocument document) : IHistoryWriter
{
    private const string Format = "talkywalky-history";

    private readonly StringBuilder _text = new();
    private bool _hasMessages;

    public void Begin()
    {
        var head = new HistoryHead(Format, 1, document.Owner, document.Name, document.Of.IsRoom, document.ExportedAt, document.From, document.To);
        // The object stays open: the messages and their number are its last members.
        _text.Append(JsonSerializer.Serialize(head, ExportJson.Readable.HistoryHead).AsSpan()[..^1]).Append(",\"messages\":[");
    }

    public void Add(ChatMessage message)
    {
        _text.Append(_hasMessages ? ",\n" : "\n").Append(JsonSerializer.Serialize(MessageLine.Of(message), ExportJson.Readable.MessageLine));
        _hasMessages = true;
    }

    public void End(long messages) => _text.Append(CultureInfo.InvariantCulture, $"\n],\"count\":{messages}}}\n");

    public string Take()
    {
        var taken = _text.ToString();
        _text.Clear();
        return taken;
    }
}
