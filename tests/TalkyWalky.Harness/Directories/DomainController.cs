using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>Samba as an Active Directory domain controller, run by deploy/services/active-directory.</summary>
public sealed class DomainController : RealDirectory
{
    protected override string Script => "active-directory";

    protected override IReadOnlyList<string> Place { get; } = ["--address", FreeAddress()];

    /// <summary>Starts on a copy of a domain that the first one made: making it takes a third of a minute.</summary>
    public override async Task InitializeAsync()
    {
        var made = Path.Combine(Repository.Root, "artifacts", $"domain-{await ScriptsHashAsync()}");
        if (Directory.Exists(made)) await CopyAsync(made, Folder);
        await StartAsync();
        if (Directory.Exists(made)) return;
        await StopAsync();
        var half = $"{made}.{Environment.ProcessId}";
        await CopyAsync(Folder, half);
        try
        {
            Directory.Move(half, made);
        }
        catch (IOException) when (Directory.Exists(made))
        {
            Directory.Delete(half, recursive: true); // another run was first
        }

        await StartAsync();
    }

    /// <summary>Runs samba-tool on the domain's own files, as somebody who may do everything.</summary>
    public async Task SambaToolAsync(params string[] arguments) =>
        (await Programs.RunAsync("samba-tool", [.. arguments, "-s", Path.Combine(Folder, "smb.conf")])).Expect(0);

    /// <summary>An address of loopback on whose LDAP ports nobody listens now.</summary>
    public static string FreeAddress()
    {
        while (true)
        {
            var address = new IPAddress([127, (byte)RandomNumberGenerator.GetInt32(1, 255), (byte)RandomNumberGenerator.GetInt32(256), (byte)RandomNumberGenerator.GetInt32(1, 255)]);
            using var probe = new TcpListener(address, 636);
            try
            {
                probe.Start();
                return address.ToString();
            }
            catch (SocketException)
            {
                // Taken; another one.
            }
        }
    }

    private static async Task CopyAsync(string from, string to)
    {
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await Programs.RunAsync("cp", ["-a", from + "/.", to])).Expect(0);
    }

    private static async Task<string> ScriptsHashAsync()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy", "services")).Order(StringComparer.Ordinal))
        {
            hash.AppendData(await File.ReadAllBytesAsync(file));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash().AsSpan(0, 8));
    }
}
