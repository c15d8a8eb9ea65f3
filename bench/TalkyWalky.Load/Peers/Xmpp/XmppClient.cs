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
    private readonly bool _isRoom;
    private byte[] _message = [];

    private XmppClient(Line line, int person, bool isRoom = false) : base(line) => (_person, _isRoom) = (person, isRoom);

    public static string NameOf(int person) => string.Create(CultureInfo.InvariantCulture, $"user{person}");

    /// <summary>Logged in with a resource of its own, not yet available.</summary>
    public static async Task<XmppClient> OpenAsync(int port, bool tls, int person, bool isRoom, CancellationToken cancellation)
    {
        var client = new XmppClient(await Line.ConnectAsync(port, tls, cancellation), person, isRoom);
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

    public override void WriteTo(int person) => Prepare($"{NameOf(person)}@{Domain}/x", "chat", "");

    /// <summary>Stanzas are dealt with in order, so the answer to the ping (XEP-0199) says that the message is stored.</summary>
    public override void WriteToAbsent(int person) => Prepare($"{NameOf(person)}@{Domain}", "chat", "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");

    public override void WriteToRoom() => Prepare(Room, "groupchat", "");

    public override void Send(int count)
    {
        for (var i = 0; i < count; i++) Line.Out.Append(_message);
        Line.Out.Flush();
    }

    protected override async Task LogInAsync(CancellationToken cancellation)
    {
        await AskAsync("<presence/>"u8.ToArray(), "<presence"u8.ToArray(), cancellation);
        if (!_isRoom) return;
        var join = $"<presence to='{Room}/{NameOf(_person)}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>";
        await AskAsync(Encoding.ASCII.GetBytes(join), "<status code='110'/>"u8.ToArray(), cancellation); // one's own presence comes last
    }

    protected override int Take(ReadOnlySpan<byte> bytes)
    {
        var tags = bytes[..(bytes.LastIndexOf((byte)'>') + 1)]; // whole ones
        if (tags.IndexOf("type='error'"u8) >= 0) throw new InvalidOperationException($"the server answers {Encoding.UTF8.GetString(bytes)}");
        if (tags.Count("</message>"u8) is > 0 and var messages) Delivered?.Invoke(messages);
        if (tags.Count("id='p'"u8) is > 0 and var answers) Answered?.Invoke(answers);
        return tags.Length;
    }

    private static string Room => $"room@conference.{Domain}";

    private void Prepare(string to, string type, string question) =>
        _message = Encoding.ASCII.GetBytes($"<message to='{to}' type='{type}' id='m'><body>{new string('x', 512)}</body></message>{question}");

    private Task AskAsync(string request, string answer, CancellationToken cancellation) => AskAsync(Encoding.ASCII.GetBytes(request), Encoding.ASCII.GetBytes(answer), cancellation);

    private Task AskAsync(byte[] request, string answer, CancellationToken cancellation) => AskAsync(request, Encoding.ASCII.GetBytes(answer), cancellation);

    private async Task AskAsync(byte[] request, byte[] expected, CancellationToken cancellation)
    {
        Line.Out.Append(request);
        Line.Out.Flush();
        await Line.In.OnceAsync(
            bytes =>
            {
                if (bytes.IndexOf("<failure"u8) >= 0 || bytes.IndexOf("type='error'"u8) >= 0 || bytes.IndexOf("<stream:error"u8) >= 0)
                    throw new InvalidOperationException($"{NameOf(_person)}: the server answers {Encoding.UTF8.GetString(bytes)}");
                if (bytes.IndexOf(expected) < 0) return 0;
                if (bytes.Count("</message>"u8) is > 0 and var messages) Delivered?.Invoke(messages); // what waited may come first
                return bytes.LastIndexOf((byte)'>') + 1;
            },
            cancellation);
    }
}
