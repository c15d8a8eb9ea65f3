namespace TalkyWalky.App.Settings;

internal enum Theme
{
    /// <summary>As the system is, light or dark.</summary>
    System,
    Default,
    Night,
    Grey,
    Blue,
    Pink,
    Turquoise,
    Hacker,
}

internal enum Language
{
    /// <summary>As the browser says.</summary>
    System,
    En,
    Fr,
}
