using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Bench;

/// <param name="OpenMs">The profile's folder, with the derivation of the key from the passphrase.</param>
/// <param name="FirstListMs">From the start of opening to the first list of conversations.</param>
/// <param name="PeopleMs">All people known here with their names.</param>
/// <param name="ChangedMs">One conversation as an event shows it, while all of the long one is unread.</param>
/// <param name="MarkReadMs">All of the long one, once.</param>
internal sealed record AppReport(
    int Messages, int People, int Conversations, double OpenMs, double FirstListMs, Percentiles ListMs, Percentiles PeopleMs, Percentiles NewestMs, Percentiles MiddleMs,
    Percentiles StatusMs, Percentiles ChangedMs, Percentiles DraftMs, double MarkReadMs)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Camel);

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
        profile        {Messages} messages in one of {Conversations} conversations, {People} people
        open           {OpenMs:0} ms; {FirstListMs:0} ms to the first list of conversations
        conversations  {Text(ListMs)}
        people         {Text(PeopleMs)}
        page of 50     newest {Text(NewestMs)}; middle {Text(MiddleMs)}
        status         {Text(StatusMs)}
        changed        {Text(ChangedMs)}
        keep a draft   {Text(DraftMs)}
        mark all read  {MarkReadMs:0.0} ms
        """);

    private static string Text(Percentiles one) => string.Create(CultureInfo.InvariantCulture, $"p50 {one.P50:0.00} ms, p99 {one.P99:0.00} ms");
}
