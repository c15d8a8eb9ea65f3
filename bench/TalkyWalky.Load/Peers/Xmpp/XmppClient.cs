using System.Globalization;
using System.Text;
using TalkyWalky.Load.Lines;

namespace TalkyWalky.Load.Peers.Xmpp;

/// <summary>As much of XMPP (RFC 6120, RFC 6121) as a load generator needs: stream, SASL PLAIN, bind, presence, messages, which it counts by their end tags.</summary>
internal sealed class XmppClient : LineClient
{
    public const string Domain = "localhost", Password = "a-password-for-the-bench";

    private static readonly byte[] Stream = Encoding.ASCII.GetBytes(
        $"<stream:stream to='{Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>");

    private readonly int _person;
    private byte[] _message = [];

    private XmppClient(Line line, int person) : base(line) => _person = person;

    public static string NameOf(int person) => string.Create(CultureInfo.InvariantCulture, $"user{person}");

    /// <summary>Logged in with a resource of its own, not yet available.</summary>
    public static async Task<XmppClient> OpenAsync(int port, bool tls, int person, CancellationToken cancellation)
    {
        var client = new XmppClient(await Line.ConnectAsync(port, tls, cancellation), person);
        await client.AskAsync(Stream, "</stream:features>", cancellation);
        var plain = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{NameOf(person)}\0{Password}"));
        await client.AskAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", "<success", cancellation);
        await client.AskAsync(Stream, "</stream:features>", cancellation);
        await client.AskAsync("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>", "</iq>", cancellation);
        return client;
    }

    /// <summary>Makes the account (XEP-0077) on a connection that ends with that.</summary>
    public static async Task RegisterAsync(int port, bool tls, int person, CancellationToken cancellation)
    {
        await using var client = new XmppClient(await Line.ConnectAsync(port, tls, cancellation), person);
        await client.AskAsync(Stream, "</stream:features>", cancellation);
        await client.AskAsync(
            $"<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{NameOf(person)}</username><password>{Password}</password></query></iq>", "type='result'", cancellation);
    }

    public override void WriteTo(int person) => _message = Encoding.ASCII.GetBytes(
        $"<message to='{NameOf(person)}@{Domain}/x' type='chat' id='m'><body>{new string('x', 512)}</body></message>");

    public override void Send(int count)
    {
        for (var i = 0; i < count; i++) Line.Out.Append(_message);
        Line.Out.Flush();
    }

    protected override async Task LogInAsync(CancellationToken cancellation)
    {
        Write("<presence/>");
        await Line.In.OnceAsync(
            bytes =>
            {
                // What waited may come before one's own presence.
                if (bytes.IndexOf("<presence"u8) is not (>= 0 and var start) || bytes[start..].IndexOf("/>"u8) is not (>= 0 and var end)) return 0;
                Count(bytes[..start]);
                return start + end + 2;
            },
            cancellation);
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("type='error'"u8) >= 0) throw new InvalidOperationException($"the server answers {Encoding.UTF8.GetString(bytes)}");
        Count(bytes);
        var after = bytes.LastIndexOf(MessageEnd) is >= 0 and var last ? last + MessageEnd.Length : 0;
        return Math.Max(after, bytes.Length - MessageEnd.Length + 1); // the rest may be the beginning of an end tag
    }

    private static ReadOnlySpan<byte> MessageEnd => "</message>"u8;

    private void Count(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Count(MessageEnd) is > 0 and var count) Delivered?.Invoke(count);
    }

    private Task AskAsync(string request, string answer, CancellationToken cancellation) => AskAsync(Encoding.ASCII.GetBytes(request), answer, cancellation);

    private async Task AskAsync(byte[] request, string answer, CancellationToken cancellation)
    {
        Line.Out.Append(request);
        Line.Out.Flush();
        var expected = Encoding.ASCII.GetBytes(answer);
        await Line.In.OnceAsync(
            bytes =>
            {
                if (bytes.IndexOf("<failure"u8) >= 0 || bytes.IndexOf("type='error'"u8) >= 0 || bytes.IndexOf("<stream:error"u8) >= 0)
                    throw new InvalidOperationException($"{NameOf(_person)}: the server answers {Encoding.UTF8.GetString(bytes)}");
                return bytes.IndexOf(expected) >= 0 ? bytes.Length : 0;
            },
            cancellation);
    }

    private void Write(string stanza)
    {
        Line.Out.Append(Encoding.ASCII.GetBytes(stanza));
        Line.Out.Flush();
    }
}
