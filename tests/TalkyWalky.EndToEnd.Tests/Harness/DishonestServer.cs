using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>A copy of an organisation whose server is reached through an operator that tampers, and what its people see.</summary>
internal sealed class DishonestServer : IAsyncDisposable
{
    private readonly Place _place;
    private readonly RunningProgram _server;

    private DishonestServer(Place place, RunningProgram server, FrameProxy operatorOfIt, RogueAuthority? rogue)
    {
        (_place, _server, Operator, Rogue) = (place, server, operatorOfIt, rogue);
        (Ada, Bob, Cyd, Mal) = (place.Member("ada"), place.Member("bob"), place.Member("cyd"), place.Member("mal"));
    }

    public FrameProxy Operator { get; }

    /// <summary>Has the authority's keys too; only where it was asked for.</summary>
    public RogueAuthority? Rogue { get; }

    public string Data => _place.Data;

    public Member Ada { get; }

    public Member Bob { get; }

    public Member Cyd { get; }

    public Member Mal { get; }

    public static async Task<DishonestServer> StartAsync(Organisation organisation) => await StartAsync(await organisation.CopyAsync(), rogue: null);

    /// <summary>With the authority's keys in the operator's hands.</summary>
    /// <param name="before">What happens while all is well.</param>
    public static async Task<DishonestServer> StartRogueAsync(Organisation organisation, Func<Place, Task>? before = null)
    {
        var place = await organisation.CopyAsync();
        if (before is not null)
        {
            var honest = await place.StartServerAsync();
            await before(place);
            Assert.Equal(0, await honest.SignalAsync("TERM"));
        }

        return await StartAsync(place, await RogueAuthority.OpenAsync(place.Data));
    }

    private static async Task<DishonestServer> StartAsync(Place place, RogueAuthority? rogue)
    {
        var behind = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(place.Data, "talkywalkyd.json"), JsonSerializer.Serialize(new { publicUrl = $"https://127.0.0.1:{place.Port}" }));
        var server = RunningProgram.Start(Programs.Server, ["serve", "--data", place.Data, "--listen", $"127.0.0.1:{behind}"]);
        await server.LineAsync(_ => true);
        return new DishonestServer(place, server, await FrameProxy.StartAsync(place.Data, place.Port, behind), rogue);
    }

    /// <summary>A program that stays connected and says what arrives and what is wrong.</summary>
    public RunningProgram Listen(Member member) => member.Start("listen", "--json");

    /// <summary>The administrator revokes every certificate of a person. Returns when the server says that it is done.</summary>
    public async Task RevokeAsync(string user) =>
        (await Programs.RunAsync(Programs.Server, ["ca", "revoke", "--user", user, "--reason", "keyCompromise", "--data", _place.Data])).Expect(0);

    /// <summary>The key that signs the heads of the transparency log.</summary>
    public ECDsa OpenLogKey()
    {
        var key = ECDsa.Create();
        key.ImportFromEncryptedPem(File.ReadAllText(Path.Combine(_place.Data, "ca", "log.key")), Passphrase());
        return key;
    }

    /// <summary>The issuing CA with its key.</summary>
    public X509Certificate2 OpenIssuingAuthority()
    {
        var folder = Path.Combine(_place.Data, "ca");
        return X509Certificate2.CreateFromEncryptedPemFile(Path.Combine(folder, "issuing.pem"), Passphrase(), Path.Combine(folder, "issuing.key"));
    }

    private string Passphrase() => File.ReadAllText(Path.Combine(_place.Data, "ca.passphrase")).Trim();

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        await Operator.DisposeAsync();
        await _server.DisposeAsync();
    }
}
