using System.Security.Cryptography;
using TalkyWalky.Client;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>
/// Writes one long conversation through the client's own store: two of three messages are received, in sessions of 1,000 that name each other and miss a message now and
/// then, the third is one's own.
/// </summary>
/// <param name="start">When the first was sent; each comes 30 seconds after the one before.</param>
internal sealed class HistoryWriter(UserId peer, long contact, DateTimeOffset start)
{
    private SessionId? _session;
    private int _received;

    public int Written { get; private set; }

    public void Write(Rows rows, int count)
    {
        for (var i = 0; i < count; i++, Written++)
        {
            var time = start.AddSeconds(30L * Written);
            if (Written % 3 == 2) rows.Messages.AddOwn(contact, MessageId.New(), TextOf(Written), time);
            else Receive(rows, time);
        }
    }

    private void Receive(Rows rows, DateTimeOffset time)
    {
        var n = _received++ % Limits.MessagesPerSession;
        if (n == 0) StartSession(rows, time);
        if (n % 100 == 50)
        {
            rows.Execute("INSERT INTO gap(session, n) VALUES (?1, ?2)", _session!.Value.ToArray(), n);
            n = _received++ % Limits.MessagesPerSession;
        }

        rows.Messages.AddReceived(new ReceivedText(peer, MessageId.New(), contact, _session!.Value, n, time, null, TextOf(Written), null, Mine: false), time);
    }

    private void StartSession(Rows rows, DateTimeOffset time)
    {
        var previous = _session;
        _session = new SessionId(Digest.Sha256(RandomNumberGenerator.GetBytes(32)));
        rows.Execute(
            "INSERT INTO receiving(session, contact, next, before, before_n, opened, used, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
            _session.Value.ToArray(), contact, Limits.MessagesPerSession, previous?.ToArray(), previous is null ? null : Limits.MessagesPerSession - 1,
            time.ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(600));
    }

    private static string TextOf(int i) => $"message {i}: " + new string((char)('a' + (i % 26)), 20 + (i % 120));
}
