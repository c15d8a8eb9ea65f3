using System.Text.Json.Serialization;

namespace TalkyWalky.App.Launch;

internal enum AppWish
{
    /// <summary>A window in front.</summary>
    Window,

    /// <summary>An address for a browser that the caller opens.</summary>
    Address,
}

/// <summary>What a later start asks of the one that runs the app already: one line each way on PROFILE/app.sock.</summary>
internal sealed record AppCall(AppWish Wish)
{
    public const int ThisVersion = 1;

    /// <summary>Bytes, either way.</summary>
    public const int LongestLine = 16 * 1024;

    public int Version { get; init; } = ThisVersion;

    /// <summary>A join link.</summary>
    public string? Link { get; init; }

    /// <summary>Where the caller's person sits: of <see cref="BrowserCommand.DisplayVariables"/> those that are set.</summary>
    public IReadOnlyDictionary<string, string>? Display { get; init; }
}

/// <param name="Address">Lets one browser in, once; null where a window was opened.</param>
/// <param name="Warning">A sentence, beside success.</param>
/// <param name="Why">A sentence: why it did not work.</param>
internal sealed record AppAnswer(string? Address = null, string? Warning = null, string? Why = null)
{
    // The address holds a token.
    public override string ToString() => "AppAnswer { }";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AppCall))]
[JsonSerializable(typeof(AppAnswer))]
internal sealed partial class AppCallJson : JsonSerializerContext;
